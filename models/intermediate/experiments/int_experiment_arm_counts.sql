{#
    How many units each arm of a started experiment has, and of how many the outcome in each metric
    is known. Pools have fixed sizes, and chance divides each into its arms; units that were
    brought it divided into all arms at once.
#}
with designs as (
    select * from {{ ref('int_experiment_designs') }}
),

units as (
    select * from {{ ref('int_experiment_outcomes') }}
),

arms as (
    {% for arm in experiment_arms() %}
    select
        experiment_id,
        '{{ arm }}' as arm,
        case
            when campaign_id is null then 'all'
            else '{{ arm.replace("_holdout", "") }}'
        end as pool,
        {{ arm }}_share as share
    from designs
    where {{ arm }}_share > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

counts as (
    select
        experiment_id,
        arm,
        {% for metric in experiment_metrics() %}
        count({{ metric }}) as {{ metric }},
        {% endfor %}
        count(*) as units
    from units
    group by experiment_id, arm
),

final as (
    {% for counted in ['units'] + experiment_metrics() %}
    select
        arms.experiment_id,
        '{{ counted }}' as counted,
        arms.pool,
        arms.arm,
        arms.share,
        coalesce(counts.{{ counted }}, 0) as unit_count
    from arms
    left join counts
        on
            arms.experiment_id = counts.experiment_id
            and arms.arm = counts.arm
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
