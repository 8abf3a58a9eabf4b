-- Each row on the way to the results of experiments names its experiment.
{% set models = [
    'int_experiment_pools',
    'int_experiment_designs',
    'int_experiment_states',
    'int_experiment_arm_counts',
    'int_experiment_sample_ratios',
    'int_proposed_assignments',
    'int_experiment_outcomes',
    'int_experiment_aggregates',
    'int_experiment_statistics',
] %}
with nameless as (
    {% for model in models %}
    select
        '{{ model }}' as table_name,
        count(*) as row_count
    from {{ ref(model) }}
    where experiment_id is null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'Table ' || table_name || ': ' || cast(row_count as {{ dbt.type_string() }})
    || ' rows have no experiment_id, expected one in each' as problem
from nameless
where row_count > 0
