-- Each row on the way to the audiences of campaigns names its campaign.
{% set models = [
    'int_rule_values',
    'int_rules_met',
    'int_campaign_exclusions',
    'int_campaign_slots',
    'int_campaign_candidates',
    'int_campaign_named_pairs',
    'int_campaign_completions',
] %}
with nameless as (
    {% for model in models %}
    select
        '{{ model }}' as table_name,
        count(*) as row_count
    from {{ ref(model) }}
    where campaign_id is null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'Table ' || table_name || ': ' || cast(row_count as {{ dbt.type_string() }})
    || ' rows have no campaign_id, expected one in each' as problem
from nameless
where row_count > 0
