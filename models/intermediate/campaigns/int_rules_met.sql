with rules as (
    select * from {{ ref('int_rule_values') }}
),

attribute_values as (
    select * from {{ ref('int_attribute_values') }}
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
            and {{ try_cast('attribute_values.value', 'double') }} >= rules.low_number
            and (
                rules.operator = 'at_least'
                or {{ try_cast('attribute_values.value', 'double') }}
                <= rules.high_number
            )
        )
        or (
            rules.low_number is null
            and {{ try_cast('attribute_values.value', 'timestamp') }} >= rules.low_time
            and (
                rules.operator = 'at_least'
                or {{ try_cast('attribute_values.value', 'timestamp') }}
                <= rules.high_time
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
