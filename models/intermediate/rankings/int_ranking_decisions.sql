{#
    Which ranking serves, and why. Each kind of audience has a default. A ranking replaces it
    only if it is clearly better at the cutoffs before the split, and not clearly worse at the
    split. The intervals of many challengers hold together (Bonferroni).

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
    select ranking
    from (
        {{ ranking_rows() }}
    ) as rankings
    where is_candidate
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
        choice.place_count,
        choice.hit_count,
        choice.compared_hit_count,
        choice.difference,
        choice.standard_error,
        choice.low,
        choice.high,
        choice.is_above_chance,
        confirmation.place_count as confirming_place_count,
        confirmation.difference as confirming_difference,
        confirmation.low as confirming_low,
        confirmation.high as confirming_high
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
                and hybrid.confirming_high >= 0
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
        and confirming_high >= 0 as is_better
    from {{ challengers }}
),

{{ decision }}_placed as (
    select
        *,
        row_number() over (
            partition by decision
            order by
                case when is_better then 0 else 1 end,
                difference desc,
                ranking asc
        ) as place
    from {{ decision }}_judged
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
        judged.place_count,
        judged.hit_count,
        judged.compared_hit_count,
        judged.difference,
        judged.corrected_low,
        judged.corrected_high,
        judged.confirming_place_count,
        judged.confirming_difference,
        judged.confirming_low,
        judged.confirming_high
    from judged
    union all
    select
        compared.decision,
        compared.ranking,
        compared.compared_with,
        compared.place_count,
        compared.hit_count,
        compared.compared_hit_count,
        compared.difference,
        compared.low as corrected_low,
        compared.difference
        + 1.959963984540054 * compared.standard_error as corrected_high,
        compared.confirming_place_count,
        compared.confirming_difference,
        compared.confirming_low,
        compared.confirming_high
    from compared
    inner join served
        on
            compared.decision = served.decision
            and compared.ranking = served.default_ranking
            and compared.compared_with = served.customer_ranking
            and served.default_ranking <> served.customer_ranking
    where served.decision <> 'customers'
),

typed as (
    select
        cast(described.decision as {{ dbt.type_string() }}) as decision,
        cast(described.ranking as {{ dbt.type_string() }}) as ranking,
        cast(described.compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(described.ranking = served.ranking as boolean) as is_served,
        cast(served.ranking as {{ dbt.type_string() }}) as served_ranking,
        cast(served.default_ranking as {{ dbt.type_string() }}) as default_ranking,
        cast(described.hit_count as bigint) as hit_count,
        cast(described.compared_hit_count as bigint) as compared_hit_count,
        cast(described.difference as double) / described.place_count as difference,
        cast(described.corrected_low / described.place_count as double)
            as difference_low,
        cast(described.corrected_high / described.place_count as double)
            as difference_high,
        cast(described.confirming_difference as double)
        / described.confirming_place_count as confirming_difference,
        cast(described.confirming_low / described.confirming_place_count as double)
            as confirming_low,
        cast(described.confirming_high / described.confirming_place_count as double)
            as confirming_high
    from described
    inner join served on described.decision = served.decision
),

final as (
    select
        typed.*,
        cast(
            case
                when
                    greatest(typed.hit_count, typed.compared_hit_count)
                    < {{ minimum_hits() }}
                    then
                        'nothing can be told: fewer than {{ minimum_hits() }} hits at'
                        || ' the cutoffs that choose'
                when typed.difference_low > 0 and typed.confirming_high < 0
                    then 'better at the cutoffs that choose, but worse at the last one'
                when typed.difference_low > 0 and not typed.is_served
                    then
                        'clearly better at the cutoffs that choose, but '
                        || typed.served_ranking || ' has the larger difference'
                when typed.difference_low > 0
                    then 'clearly better at the cutoffs that choose'
                when typed.difference_high < 0
                    then 'clearly worse at the cutoffs that choose'
                else 'not clearly better at the cutoffs that choose'
            end || ': ' || {{ number_text('100 * typed.difference_low', 2) }} || ' to '
            || {{ number_text('100 * typed.difference_high', 2) }}
            || ' more hits in a hundred places than ' || typed.compared_with
            || '; at the last cutoff ' || {{ number_text(
                '100 * typed.confirming_low', 2
            ) }} || ' to ' || {{ number_text('100 * typed.confirming_high', 2) }}
            || '.' as {{ dbt.type_string() }}
        ) as reason
    from typed
)

select * from final
