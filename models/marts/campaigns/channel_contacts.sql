with contacts as (
    select * from {{ ref('int_channel_contacts') }}
    where not is_exported
),

-- Without those who have opted out.
customers as (
    select customer_id from {{ ref('customers') }}
),

final as (
    select
        cast(contacts.customer_id as {{ id_type() }}) as customer_id,
        cast(contacts.contacted_on as date) as contacted_on,
        cast(contacts.channel as {{ dbt.type_string() }}) as channel,
        cast(contacts.contact_count as bigint) as contact_count
    from contacts
    inner join customers on contacts.customer_id = customers.customer_id
)

select * from final
