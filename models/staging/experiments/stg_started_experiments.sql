{#
    The design of each experiment when it started: by `audience start`, or by units that were
    brought (scripts/experiments/started_designs.py).
#}
with started as (
    {{ kept_rows('exports/*/experiment', experiment_design_columns()) }}
),

brought as (
    {{ kept_rows('experiments/*', experiment_design_columns()) }}
),

combined as (
    select * from started
    union all
    select * from brought
)

select * from combined
