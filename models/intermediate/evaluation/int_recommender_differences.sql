with customer_hits as (
    select * from {{ ref('int_customer_hits') }}
    where slice_by = 'nothing'
),

recommender_sums as (
    select * from {{ ref('int_recommender_sums') }}
    where slice_by = 'nothing'
),

pairs as (
    select
        compared.recommender as compared_with,
        als.population,
        als.k,
        als.metric,
        als.product_count,
        als.one_hit,
        als.value - compared.value as value,
        als.one_customer - compared.one_customer as one_customer
    from recommender_sums as als
    inner join recommender_sums as compared
        on
            als.population = compared.population
            and als.k = compared.k
            and als.metric = compared.metric
            and compared.recommender <> 'als'
    where als.recommender = 'als'
),

sides as (
    {% for metric in list_metrics() %}
    select
        recommender,
        population,
        k,
        '{{ metric }}' as metric,
        customer_id,
        {{ metric }} as part
    from customer_hits
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Per customer: what both recommenders share cancels out.
compared_sides as (
    select
        pairs.compared_with,
        sides.population,
        sides.k,
        sides.metric,
        sides.customer_id,
        case when sides.recommender = 'als' then sides.part else -sides.part end
            as part
    from pairs
    inner join sides
        on
            pairs.population = sides.population
            and pairs.k = sides.k
            and pairs.metric = sides.metric
            and sides.recommender in ('als', pairs.compared_with)
),

customer_differences as (
    select
        compared_with,
        population,
        k,
        metric,
        customer_id,
        cast(sum(part) as decimal(28, 15)) as difference
    from compared_sides
    group by compared_with, population, k, metric, customer_id
),

squared as (
    select
        *,
        cast(
            cast(difference as double) * cast(difference as double) as decimal(28, 12)
        ) as squared_difference
    from customer_differences
),

summed as (
    select
        compared_with,
        population,
        k,
        metric,
        sum(case when difference > 0 then difference end) as gain,
        sum(case when difference > 0 then squared_difference end) as gain_squares,
        max(difference) as largest_gain,
        -sum(case when difference < 0 then difference end) as loss,
        sum(case when difference < 0 then squared_difference end) as loss_squares,
        -min(difference) as largest_loss
    from squared
    group by compared_with, population, k, metric
),

final as (
    select
        cast(pairs.compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(pairs.population as {{ dbt.type_string() }}) as population,
        cast(pairs.k as bigint) as k,
        cast(pairs.metric as {{ dbt.type_string() }}) as metric,
        cast(pairs.value as double) as value,
    {% for side, sign in {'gain': '', 'loss': '-'}.items() %}
    coalesce(cast(summed.{{ side }} as double), 0) / pairs.product_count
        as {{ side }},
    coalesce(cast(summed.{{ side }}_squares as double), 0)
    / pairs.product_count / pairs.product_count as {{ side }}_squares,
    greatest(
        pairs.one_hit,
        {{ sign }}pairs.one_customer,
        coalesce(cast(summed.largest_{{ side }} as double), 0)
        / pairs.product_count
    ) as {{ side }}_weight
    {{- ',' if not loop.last }}
    {% endfor %}
    from pairs
    left join summed
        on
            pairs.compared_with = summed.compared_with
            and pairs.population = summed.population
            and pairs.k = summed.k
            and pairs.metric = summed.metric
)

select * from final
