{#
    Which ranking serves, and why. Each kind of audience has a default. A ranking replaces it
    only if it is clearly better at the cutoffs before the split, and not clearly worse at the
    split, by at least 30 hits of the two. The intervals of many challengers hold together
    (Bonferroni). Not all are measured at the same cutoffs: of several that are better, the one
    serves that has more hits than the others where both are measured.

    - Customers: the default is engagement.
    - Products, known and new: the default is the combination, if its hits tell anything: at
      least 30, clearly more than chance, and no fewer than those of the ranking of customers.
      Otherwise it is the ranking of customers.
#}
{{ config(tags=['evidence']) }}

with differences as (
    select
        differences.*,
        differences.difference - 1.959963984540054 * differences.standard_error
            as low,
        differences.difference + 1.959963984540054 * differences.standard_error
            as high
    from {{ ref('int_ranking_differences') }} as differences
),

candidates as (
    {% for ranking in rankings() | selectattr('is_candidate') %}
    select '{{ ranking.name }}' as ranking
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

customer_rankings as (
    {% for ranking in ranking_names('customers') %}
    select '{{ ranking }}' as ranking
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Side by side: the cutoffs that choose, and the split that confirms.
compared as (
    select
        choice.decision,
        choice.ranking,
        choice.compared_with,
        choice.cutoff_count,
        choice.place_count,
        choice.hit_count,
        choice.compared_hit_count,
        choice.difference,
        choice.standard_error,
        choice.low,
        choice.high,
        choice.is_above_chance,
        confirmation.place_count as confirming_place_count,
        confirmation.hit_count as confirming_hit_count,
        confirmation.compared_hit_count as confirming_compared_hit_count,
        confirmation.difference as confirming_difference,
        confirmation.low as confirming_low,
        confirmation.high as confirming_high,
        confirmation.high < 0
        and confirmation.hit_count + confirmation.compared_hit_count
        >= {{ minimum_hits() }} as is_rejected
    from differences as choice
    inner join differences as confirmation
        on
            choice.decision = confirmation.decision
            and choice.ranking = confirmation.ranking
            and choice.compared_with = confirmation.compared_with
            and not confirmation.is_choice
    inner join candidates on choice.ranking = candidates.ranking
    where choice.is_choice
),

{% for decision, challengers in {
    'customers': 'customer_challengers', 'products': 'product_challengers',
}.items() %}
{% if decision == 'products' %}
defaults as (
    select
        decisions.decision,
        case
            when
                hybrid.hit_count >= {{ minimum_hits() }}
                and hybrid.difference >= 0
                and not hybrid.is_rejected
                and hybrid.is_above_chance
                then 'hybrid'
            else served_customers.ranking
        end as ranking,
        served_customers.ranking as customer_ranking
    from (select distinct compared.decision from compared) as decisions
    cross join served_customers
    left join compared as hybrid
        on
            decisions.decision = hybrid.decision
            and hybrid.ranking = 'hybrid'
            and served_customers.ranking = hybrid.compared_with
    where decisions.decision <> 'customers'
),

{% endif %}
{{ challengers }} as (
    select
        compared.*,
        {{ normal_quantile(
            'least(0.025 / count(*) over (partition by compared.decision), 0.025)'
        ) }} as width
    from compared
    {% if decision == 'customers' %}
    inner join customer_rankings on compared.ranking = customer_rankings.ranking
    where
        compared.decision = 'customers'
        and compared.compared_with = 'engagement'
    {% else %}
    inner join defaults
        on
            compared.decision = defaults.decision
            and compared.compared_with = defaults.ranking
    {% endif %}
),

{{ decision }}_judged as (
    select
        *,
        difference - width * standard_error as corrected_low,
        difference + width * standard_error as corrected_high,
        difference - width * standard_error > 0
        and hit_count >= {{ minimum_hits() }}
        and not is_rejected as is_better
    from {{ challengers }}
),

-- Against how many of the others that are better a ranking has fewer hits.
{{ decision }}_outdone as (
    select
        judged.decision,
        judged.ranking,
        count(*) as outdone_count
    from {{ decision }}_judged as judged
    inner join differences as pairs
        on
            judged.decision = pairs.decision
            and judged.ranking = pairs.ranking
            and pairs.is_choice
            and pairs.difference < 0
    inner join {{ decision }}_judged as rivals
        on
            pairs.decision = rivals.decision
            and pairs.compared_with = rivals.ranking
    where judged.is_better and rivals.is_better
    group by judged.decision, judged.ranking
),

{{ decision }}_placed as (
    select
        judged.*,
        row_number() over (
            partition by judged.decision
            order by
                case when judged.is_better then 0 else 1 end,
                coalesce(outdone.outdone_count, 0),
                cast(judged.difference as double) / judged.place_count desc,
                judged.ranking asc
        ) as place
    from {{ decision }}_judged as judged
    left join {{ decision }}_outdone as outdone
        on
            judged.decision = outdone.decision
            and judged.ranking = outdone.ranking
),

{% if decision == 'customers' %}
served_customers as (
    select
        coalesce(
            max(
                case
                    when place = 1 and is_better then ranking
                end
            ),
            'engagement'
        ) as ranking
    from customers_placed
),

{% endif %}
{% endfor %}
judged as (
    select
        customers_placed.*,
        case
            when customers_placed.is_better and customers_placed.place = 1
                then customers_placed.ranking
            else 'engagement'
        end as served_candidate,
        'engagement' as default_ranking,
        'engagement' as customer_ranking
    from customers_placed
    union all
    select
        products_placed.*,
        case
            when products_placed.is_better and products_placed.place = 1
                then products_placed.ranking
            else defaults.ranking
        end as served_candidate,
        defaults.ranking as default_ranking,
        defaults.customer_ranking
    from products_placed
    inner join defaults on products_placed.decision = defaults.decision
),

served as (
    select
        decision,
        served_candidate as ranking,
        default_ranking,
        customer_ranking
    from judged
    where place = 1
),

-- The default itself is compared with what it would have replaced.
described as (
    select
        judged.decision,
        judged.ranking,
        judged.compared_with,
        judged.cutoff_count,
        judged.place_count,
        judged.hit_count,
        judged.compared_hit_count,
        judged.difference,
        judged.corrected_low,
        judged.corrected_high,
        judged.confirming_place_count,
        judged.confirming_hit_count,
        judged.confirming_compared_hit_count,
        judged.confirming_difference,
        judged.confirming_low,
        judged.confirming_high,
        judged.is_rejected
    from judged
    union all
    select
        compared.decision,
        compared.ranking,
        compared.compared_with,
        compared.cutoff_count,
        compared.place_count,
        compared.hit_count,
        compared.compared_hit_count,
        compared.difference,
        compared.low as corrected_low,
        compared.difference
        + 1.959963984540054 * compared.standard_error as corrected_high,
        compared.confirming_place_count,
        compared.confirming_hit_count,
        compared.confirming_compared_hit_count,
        compared.confirming_difference,
        compared.confirming_low,
        compared.confirming_high,
        compared.is_rejected
    from compared
    inner join served
        on
            compared.decision = served.decision
            and compared.ranking = served.default_ranking
            and compared.compared_with = served.customer_ranking
            and served.default_ranking <> served.customer_ranking
    where served.decision <> 'customers'
),

shares as (
    select
        described.*,
        served.ranking as served_ranking,
        served.default_ranking,
        cast(
            greatest(described.hit_count, described.compared_hit_count) as double
        ) / described.place_count as most_hit_share,
        cast(
            greatest(
                described.confirming_hit_count, described.confirming_compared_hit_count
            ) as double
        ) / described.confirming_place_count as most_confirming_hit_share
    from described
    inner join served on described.decision = served.decision
),

typed as (
    select
        cast(decision as {{ dbt.type_string() }}) as decision,
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(ranking = served_ranking as boolean) as is_served,
        cast(served_ranking as {{ dbt.type_string() }}) as served_ranking,
        cast(default_ranking as {{ dbt.type_string() }}) as default_ranking,
        cast(hit_count as bigint) as hit_count,
        cast(compared_hit_count as bigint) as compared_hit_count,
        cast(difference as double) / place_count as difference,
        cast(corrected_low / place_count as double) as difference_low,
        cast(corrected_high / place_count as double) as difference_high,
        cast(confirming_difference as double) / confirming_place_count
            as confirming_difference,
        cast(confirming_low / confirming_place_count as double) as confirming_low,
        cast(confirming_high / confirming_place_count as double) as confirming_high,
        cutoff_count,
        most_hit_share,
        most_confirming_hit_share,
        confirming_hit_count + confirming_compared_hit_count as confirming_hits,
        is_rejected,
        greatest(hit_count, compared_hit_count) as most_hits
    from shares
),

worded as (
    select
        *,
        case
            when most_hits < {{ minimum_hits() }}
                then
                    'nothing can be told: '
                    || case
                        when most_hits = 0 then 'no hit'
                        else 'at most ' || {{ counted('most_hits', 'hit') }}
                    end
                    || ' at the cutoffs that choose, at least {{ minimum_hits() }} are'
                    || ' needed'
            else
                case
                    when difference_low > 0 and is_rejected
                        then
                            'better at the cutoffs that choose, but worse at the last'
                            || ' one'
                    when difference_low > 0 and ranking = served_ranking
                        then 'clearly better at the cutoffs that choose'
                    when difference_low > 0 and ranking = default_ranking
                        then
                            'clearly better at the cutoffs that choose, but '
                            || served_ranking || ' is clearly better than it'
                    when difference_low > 0
                        then
                            'clearly better at the cutoffs that choose, but '
                            || served_ranking
                            || ' has more hits where both are measured'
                    when difference_high < 0
                        then 'clearly worse at the cutoffs that choose'
                    else 'not clearly better at the cutoffs that choose'
                end || ': ' || {{ points_text('difference_low', 'most_hit_share') }}
                || ' to ' || {{ points_text('difference_high', 'most_hit_share') }}
                || ' more hits in a hundred places than ' || compared_with
                || ', measured at ' || {{ counted('cutoff_count', 'cutoff') }}
        end as choice,
        case
            when confirming_hits < {{ minimum_hits() }}
                then
                    'nothing can be told, '
                    || case
                        when confirming_hits = 0 then 'without a hit of either'
                        else
                            'from ' || {{ counted('confirming_hits', 'hit') }}
                            || ' of both together'
                    end
            else
                {{ points_text('confirming_low', 'most_confirming_hit_share') }}
                || ' to '
                || {{ points_text('confirming_high', 'most_confirming_hit_share') }}
        end as confirmation
    from typed
),

final as (
    select
        decision,
        ranking,
        compared_with,
        is_served,
        served_ranking,
        default_ranking,
        hit_count,
        compared_hit_count,
        difference,
        difference_low,
        difference_high,
        confirming_difference,
        confirming_low,
        confirming_high,
        cast(
            choice || '; at the last cutoff ' || confirmation || '.'
            as {{ dbt.type_string() }}
        ) as reason
    from worded
)

select * from final
