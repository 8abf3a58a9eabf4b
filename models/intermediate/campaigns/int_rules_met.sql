with rules as (
    select * from {{ ref('int_rule_values') }}
),

attribute_values as (
    select
        subject,
        subject_id,
        attribute,
        value,
        {{ parse_number('value') }} as number_value,
        {{ try_cast('value', 'timestamp') }} as time_value,
        cast(
            cast({{ try_cast('value', 'timestamp') }} as date)
            as {{ dbt.type_string() }}
        ) as day_value
    from {{ ref('int_attribute_values') }}
),

met as (
    select
        rules.campaign_id,
        rules.subject,
        attribute_values.subject_id,
        rules.action,
        rules.rule_id
    from attribute_values
    inner join rules
        on
            attribute_values.subject = rules.subject
            and attribute_values.attribute = rules.attribute
            and attribute_values.value = rules.equal_to
    union all
    -- A time equals the day that it lies on.
    select
        rules.campaign_id,
        rules.subject,
        attribute_values.subject_id,
        rules.action,
        rules.rule_id
    from attribute_values
    inner join rules
        on
            attribute_values.subject = rules.subject
            and attribute_values.attribute = rules.attribute
            and attribute_values.day_value = rules.equal_to
    union all
    select
        rules.campaign_id,
        rules.subject,
        attribute_values.subject_id,
        rules.action,
        rules.rule_id
    from attribute_values
    inner join rules
        on
            attribute_values.subject = rules.subject
            and attribute_values.attribute = rules.attribute
    where
        (rules.operator = 'is_null' and attribute_values.value is null)
        or (
            rules.low_number is not null
            and attribute_values.number_value >= rules.low_number
            and (
                rules.operator = 'at_least'
                or attribute_values.number_value <= rules.high_number
            )
        )
        or (
            rules.low_number is null
            and attribute_values.time_value >= rules.low_time
            and (
                rules.operator = 'at_least'
                or attribute_values.time_value <= rules.high_time
            )
        )
),

-- Who has several values of an attribute meets a rule if one of them does.
counted as (
    select
        campaign_id,
        subject,
        subject_id,
        count(distinct case when action = 'include' then rule_id end) as include_count,
        count(distinct case when action = 'exclude' then rule_id end) as exclude_count
    from met
    group by campaign_id, subject, subject_id
)

select * from counted
