with attributes as (
    select * from {{ ref('lookup_attributes') }}
),

customer_attributes as (
    select * from {{ ref('int_customer_attributes') }}
    where origin = 0 and attribute_place <= {{ list_depth() }}
),

places as (
    select * from {{ ref('int_customer_places') }}
    where
        origin = 0
        and ranking = 'activity'
        and place <= {{ list_depth() }}
),

cutoff_customers as (
    select * from {{ ref('int_cutoff_customers') }}
    where origin = 0
),

unlisted_customers as (
    select * from {{ ref('int_unlisted_customers') }}
),

gathered as (
    select places.customer_id
    from places
    -- Without attributes there is nothing to ask for.
    where exists (select 1 from attributes)
    union
    select customer_attributes.customer_id
    from customer_attributes
    inner join attributes on customer_attributes.attribute = attributes.attribute
),

final as (
    select
        cast(gathered.customer_id as {{ id_type() }}) as customer_id,
        cast(cutoff_customers.unique_products as bigint) as product_count,
        cast(cutoff_customers.activity as double) as activity,
        cast(cutoff_customers.activity_place as bigint) as activity_place,
        cast(places.customer_id is not null as boolean) as is_most_active
    from gathered
    inner join cutoff_customers
        on gathered.customer_id = cutoff_customers.customer_id
    left join unlisted_customers
        on gathered.customer_id = unlisted_customers.customer_id
    left join places on gathered.customer_id = places.customer_id
    where unlisted_customers.customer_id is null
)

select * from final
