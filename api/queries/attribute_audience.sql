-- The first n customers for a product of which only attributes are known, by the ranking that
-- serves new products: the same as in new_product_audiences for a product with these
-- attributes (int_candidates.sql, hybrid_parts.sql). They are a JSON array in one text.
with weighted as (
    select
        attribute,
        usual_share,
        cast(
            rarity
            / cast(sum(cast(rarity as decimal(18, 12))) over () as double)
            as decimal(18, 12)
        ) as weight
    from lookup.attributes
    where
        attribute in (
            select lower(unnest(from_json_strict($attributes, '["VARCHAR"]')))
        )
),

touched as (
    select
        attribute_customers.customer_id,
        sum(
            cast(weighted.weight * attribute_customers.affinity as decimal(18, 12))
        ) as affinity,
        bool_or(attribute_customers.is_among_first) as is_among_first
    from lookup.attribute_customers
    inner join weighted on attribute_customers.attribute = weighted.attribute
    group by attribute_customers.customer_id
),

usual as (
    select
        cast(
            sum(cast(weight * usual_share as decimal(18, 12))) as double
        ) as usual_share
    from weighted
),

measured as (
    select
        candidates.customer_id,
        candidates.product_count,
        candidates.activity,
        candidates.activity_place,
        coalesce(cast(touched.affinity as double), 0) as affinity,
        nullif(
            (coalesce(cast(touched.affinity as double), 0) + 2 * usual.usual_share)
            / (candidates.product_count + 2),
            0
        ) as affinity_share
    from lookup.candidates
    cross join usual
    left join touched on candidates.customer_id = touched.customer_id
    where
        (candidates.is_most_active or touched.is_among_first)
        and candidates.customer_id not in (select customer_id from noted.opted_out)
),

scored as (
    select
        customer_id,
        activity_place,
        case $ranking
            when 'hybrid'
                then
                    round(activity + round(0.5 * ln(coalesce(affinity_share, 1)), 9), 9)
            when 'category_affinity' then round(ln(product_count * affinity_share), 9)
            else nullif(affinity, 0)
        end as score
    from measured
)

select
    customer_id,
    score
from scored
order by
    score is null,
    round(greatest(least(score, 4000), -4000) * 1000000) desc,
    activity_place
limit $n
