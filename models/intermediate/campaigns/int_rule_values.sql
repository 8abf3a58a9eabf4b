with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

rules as (
    select * from {{ ref('stg_campaign_rules') }}
),

listed as (
    select
        rules.*,
        {{ each_part("case when operator = 'in' then value end", '|') }} as listed_value
    from rules
    where rules.operator = 'in'
),

-- One row per value of a list; for other rules one row.
valued as (
    select
        rule_id,
        trim(listed_value) as equal_to,
        cast(null as {{ dbt.type_string() }}) as low,
        cast(null as {{ dbt.type_string() }}) as high
    from listed
    union all
    select
        rule_id,
        case when operator = 'equals' then value end as equal_to,
        case
            when operator = 'between' then {{ dbt.split_part('value', "'|'", 1) }}
            when operator = 'at_least' then value
        end as low,
        case
            when operator = 'between' then {{ dbt.split_part('value', "'|'", 2) }}
        end as high
    from rules
    where operator <> 'in'
),

final as (
    select
        rules.rule_id,
        rules.campaign_id,
        rules.subject,
        rules.action,
        rules.attribute,
        rules.operator,
        {{ comparable('valued.equal_to') }} as equal_to,
        {{ parse_number('valued.low') }} as low_number,
        {{ parse_number('valued.high') }} as high_number,
        try_cast(valued.low as timestamp) as low_time,
        try_cast(valued.high as timestamp) as high_time
    from rules
    inner join valued on rules.rule_id = valued.rule_id
    inner join campaigns on rules.campaign_id = campaigns.campaign_id
)

select * from final
