with product_attributes as (
    select * from {{ ref('int_product_attributes') }}
),

customer_attributes as (
    select * from {{ ref('int_customer_attributes') }}
    where origin = 0
),

usual_shares as (
    select
        attribute,
        max(usual_share) as usual_share
    from customer_attributes
    group by attribute
),

-- Words of names have no attribute to ask for.
named as (
    select
        attribute,
        max(rarity) as rarity
    from product_attributes
    where attribute like '%: %'
    group by attribute
),

final as (
    select
        cast(named.attribute as {{ dbt.type_string() }}) as attribute,
        cast(named.rarity as double) as rarity,
        cast(coalesce(usual_shares.usual_share, 0) as double) as usual_share
    from named
    left join usual_shares on named.attribute = usual_shares.attribute
)

select * from final
