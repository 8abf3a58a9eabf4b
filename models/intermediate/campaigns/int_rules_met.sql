with rules as (
    select * from {{ ref('int_rule_values') }}
),

day_rules as (
    select * from rules
    where try_cast(equal_to as date) is not null
),

range_rules as (
    select * from rules
    where
        operator = 'is_null'
        or low_number is not null
        or low_time is not null
),

-- Each CTE reads the table: an engine would hold in memory a CTE that is used twice.
equal as (
    select
        rules.campaign_id,
        rules.subject,
        attribute_values.subject_id,
        attribute_values.origin,
        rules.action,
        rules.rule_id
    from {{ ref('int_attribute_values') }} as attribute_values
    inner join rules
        on
            attribute_values.subject = rules.subject
            and attribute_values.attribute = rules.attribute
            and attribute_values.value = rules.equal_to
),

-- A time equals its day.
on_the_day as (
    select
        day_rules.campaign_id,
        day_rules.subject,
        attribute_values.subject_id,
        attribute_values.origin,
        day_rules.action,
        day_rules.rule_id
    from {{ ref('int_attribute_values') }} as attribute_values
    inner join day_rules
        on
            attribute_values.subject = day_rules.subject
            and attribute_values.attribute = day_rules.attribute
            and cast(
                cast(try_cast(attribute_values.value as timestamp) as date)
                as {{ dbt.type_string() }}
            ) = day_rules.equal_to
),

measured as (
    select
        range_rules.*,
        attribute_values.subject_id,
        attribute_values.origin,
        attribute_values.value,
        case
            when range_rules.low_number is not null
                then {{ parse_number('attribute_values.value') }}
        end as number_value,
        case
            when range_rules.low_number is null and range_rules.low_time is not null
                then try_cast(attribute_values.value as timestamp)
        end as time_value
    from {{ ref('int_attribute_values') }} as attribute_values
    inner join range_rules
        on
            attribute_values.subject = range_rules.subject
            and attribute_values.attribute = range_rules.attribute
),

within_range as (
    select
        campaign_id,
        subject,
        subject_id,
        origin,
        action,
        rule_id
    from measured
    where
        (operator = 'is_null' and value is null)
        or (
            number_value >= low_number
            and (operator = 'at_least' or number_value <= high_number)
        )
        or (
            time_value >= low_time
            and (operator = 'at_least' or time_value <= high_time)
        )
),

met as (
    select * from equal
    union all
    select * from on_the_day
    union all
    select * from within_range
),

-- With several values of an attribute, a rule is met if one of them meets it.
counted as (
    select
        campaign_id,
        subject,
        subject_id,
        origin,
        count(distinct case when action = 'include' then rule_id end) as include_count,
        count(distinct case when action = 'exclude' then rule_id end) as exclude_count
    from met
    group by campaign_id, subject, subject_id, origin
)

select * from counted
