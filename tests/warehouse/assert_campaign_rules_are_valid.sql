-- Every row of seeds/campaign_rules.csv names a known campaign, attribute and operator,
-- and has a value of the right form.
{% set operators = ['equals', 'in', 'between', 'at_least', 'is_null'] %}

with rules as (
    select
        *,
        campaign_id || ', ' || action || ' ' || subject || ' ' || attribute || ' '
        || operator || coalesce(' ' || value, '') as rule_text
    from {{ ref('stg_campaign_rules') }}
),

rule_values as (
    select * from {{ ref('int_rule_values') }}
),

campaigns as (
    select campaign_id from {{ ref('stg_campaigns') }}
),

products as (
    select product_id from {{ ref('products') }}
),

problems as (
    select
        rules.rule_text,
        case
            when campaigns.campaign_id is null
                then 'seeds/campaigns.csv has no such campaign'
            when rules.subject not in ('customer', 'product')
                then 'expected customer or product as the subject'
            when rules.action not in ('include', 'exclude')
                then 'expected include or exclude as the action'
            when rules.operator not in ({{ text_values(operators) }})
                then
                    'unknown operator ' || rules.operator
                    || ', expected {{ operators | join(", ") }}'
            {% for subject in ['customer', 'product'] %}
            {% set attributes = rule_attributes(subject, '', '') | list %}
            when
                rules.subject = '{{ subject }}'
                and rules.attribute not in ({{ text_values(attributes) }})
                then
                    'unknown attribute ' || rules.attribute || ', expected one of '
                    || {{ dbt.string_literal(dbt.escape_single_quotes(
                        attributes | join(', ')
                    )) }}
            {% endfor %}
            when rules.operator = 'is_null' and rules.value is not null
                then 'is_null takes no value'
            when rules.operator <> 'is_null' and rules.value is null
                then 'the value is empty'
            when
                rules.operator = 'between'
                and length(rules.value) - length(replace(rules.value, '|', '')) <> 1
                then 'expected lowest|highest as the value'
            when
                rules.operator = 'in'
                and '|' || replace(rules.value, ' ', '') || '|' like '%||%'
                then 'a value of the list is empty'
        end as problem
    from rules
    left join campaigns on rules.campaign_id = campaigns.campaign_id
    union all
    select
        rules.rule_text,
        case
            when
                (
                    rule_values.low_number is null
                    or (
                        rules.operator = 'between'
                        and rule_values.high_number is null
                    )
                )
                and (
                    rule_values.low_time is null
                    or (
                        rules.operator = 'between'
                        and rule_values.high_time is null
                    )
                )
                then 'expected numbers or times as the value'
            when
                rule_values.low_number > rule_values.high_number
                or rule_values.low_time > rule_values.high_time
                then 'the lowest value lies above the highest'
        end as problem
    from rules
    inner join rule_values on rules.rule_id = rule_values.rule_id
    where
        (rules.operator = 'at_least' and rules.value is not null)
        or (
            rules.operator = 'between'
            and length(rules.value) - length(replace(rules.value, '|', '')) = 1
        )
    union all
    select
        rules.rule_text,
        'the log has no product ' || rule_values.equal_to as problem
    from rules
    inner join rule_values on rules.rule_id = rule_values.rule_id
    left join products
        on rule_values.equal_to = cast(products.product_id as {{ dbt.type_string() }})
    where
        rules.subject = 'product'
        and rules.attribute = 'product_id'
        and rule_values.equal_to <> ''
        and products.product_id is null
)

select 'seeds/campaign_rules.csv, ' || rule_text || ': ' || problem || '.' as problem
from problems
where problem is not null
