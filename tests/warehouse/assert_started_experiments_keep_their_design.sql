-- The seeds have the design of a started experiment as it was at the start.
{% set columns = experiment_design_columns() %}

with started as (
    select * from {{ ref('stg_started_experiments') }}
),

designs as (
    select * from {{ ref('experiment_designs') }}
),

changed as (
    {% for column in columns if column != 'experiment_id' %}
    select
        started.experiment_id,
        '{{ column }}' as changed_column,
        cast(started.{{ column }} as {{ dbt.type_string() }}) as kept,
        cast(designs.{{ column }} as {{ dbt.type_string() }}) as found
    from started
    inner join designs on started.experiment_id = designs.experiment_id
    where started.{{ column }} is distinct from designs.{{ column }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'seeds/experiments.csv, ' || experiment_id || ': ' || changed_column || ' = '
    || coalesce(found, 'empty') || ', and it has started with '
    || coalesce(kept, 'empty')
    || '. A started experiment keeps its design: set it back, or start another one.'
        as problem
from changed
