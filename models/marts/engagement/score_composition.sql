with customers as (
    select * from {{ ref('customers') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

populations as (
    select ceil(count(*) / 10.0) as top_tenth_size
    from customers
),

-- The score before it is rounded, so that the shares add up.
scored as (
    select
        customers.*,
        {{ for_each_feature('customers.{feature}_contribution', ' + ') }} as score,
        customers.engagement_rank <= populations.top_tenth_size as is_top
    from customers
    cross join populations
),

parts as (
    {% for feature in engagement_features() %}
    select
        '{{ feature }}' as feature,
        feature_weights.{{ feature }}_weight as weight,
        scored.{{ feature }}_contribution as part,
        scored.score,
        scored.is_top
    from scored
    cross join feature_weights
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Decimals: sums of doubles depend on the order.
summed as (
    select
        feature,
        weight,
        cast(count(*) as double) as customer_count,
        cast(count(case when is_top then 1 end) as double) as top_count,
        cast(sum(cast(part as decimal(18, 15))) as double) as part_sum,
        cast(sum(cast(score as decimal(18, 15))) as double) as score_sum,
        cast(sum(cast(part * score as decimal(18, 15))) as double) as product_sum,
        cast(
            sum(cast(case when is_top then part else 0 end as decimal(18, 15)))
            as double
        ) as top_sum
    from parts
    group by feature, weight
),

compared as (
    select
        feature,
        weight,
        product_sum / customer_count
        - part_sum / customer_count * score_sum / customer_count as covariance,
        top_sum / nullif(top_count, 0)
        - (part_sum - top_sum) / nullif(customer_count - top_count, 0) as excess
    from summed
),

-- The covariances with the score add up to its variance.
added as (
    select
        cast(sum(cast(covariance as decimal(28, 18))) as double) as variance,
        cast(sum(cast(excess as decimal(28, 18))) as double) as excess
    from compared
),

-- What is left by rounding, where all scores are equal, has no shares.
totals as (
    select
        case when variance > 0.000000000001 then variance end as variance,
        case when excess > 0.000000001 then excess end as excess
    from added
),

final as (
    select
        cast(compared.feature as {{ dbt.type_string() }}) as feature,
        cast(compared.weight as double) as weight,
        cast(round(compared.covariance / totals.variance, 9) as double)
            as variance_share,
        cast(round(compared.excess / totals.excess, 9) as double) as top_tenth_share
    from compared
    cross join totals
)

select * from final
