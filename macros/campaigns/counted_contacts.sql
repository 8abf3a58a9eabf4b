{#
    CTE `counted_once`: contacts, each once. Needs the CTE `contacts`: accepted rows of
    stg_contacts with their day (`contacted_on`).
#}
{% macro counted_contacts() -%}
-- Once with the campaign, and once without for contact logs that name none.
exported_keys as (
    select
        customer_id,
        product_id,
        contacted_on,
        campaign_id
    from contacts
    where
        is_exported
        and arm = 'contact'
    union
    select
        customer_id,
        product_id,
        contacted_on,
        '' as campaign_id
    from contacts
    where
        is_exported
        and arm = 'contact'
),

-- A row without a product may be one of several contacts on its day, so each counts.
distinct_contacts as (
    select
        campaign_id,
        customer_id,
        product_id,
        contacted_at,
        contacted_on,
        arm,
        is_exported,
        channel
    from contacts
    where product_id is null
    union all
    select
        campaign_id,
        customer_id,
        product_id,
        contacted_at,
        contacted_on,
        arm,
        is_exported,
        max(channel) as channel
    from contacts
    where product_id is not null
    group by
        campaign_id, customer_id, product_id, contacted_at, contacted_on, arm,
        is_exported
),

-- The contact log may repeat an exported contact, with the time of day.
counted_once as (
    select distinct_contacts.*
    from distinct_contacts
    left join exported_keys
        on
            distinct_contacts.customer_id = exported_keys.customer_id
            and distinct_contacts.product_id = exported_keys.product_id
            and distinct_contacts.contacted_on = exported_keys.contacted_on
            and coalesce(distinct_contacts.campaign_id, '') = exported_keys.campaign_id
    where
        distinct_contacts.is_exported
        or exported_keys.customer_id is null
)
{%- endmacro %}
