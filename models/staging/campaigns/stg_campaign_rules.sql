with campaign_rules as (
    select * from {{ ref('campaign_rules') }}
),

trimmed as (
    select
        trim(campaign_id) as campaign_id,
        lower(trim(subject)) as subject,
        lower(trim(action)) as action,
        lower(trim(attribute)) as attribute,
        lower(trim(operator)) as operator,
        nullif(trim(value), '') as value
    from campaign_rules
),

numbered as (
    select
        *,
        row_number() over (
            order by campaign_id, subject, action, attribute, operator, value
        ) as rule_id
    from trimmed
)

select * from numbered
