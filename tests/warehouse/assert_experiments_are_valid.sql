-- Every row of seeds/experiments.csv and seeds/experiment_arms.csv has the required
-- values, each of them valid.
{% set minimum = {
    'layer_from': 0, 'layer_to': 0, 'attribution_days': 1, 'units': 1,
    'minimum_effect': 0.000001, 'significance': 0.000001, 'power': 0.000001,
    'cost_per_contact': 0, 'value_per_conversion': 0,
} %}
{% set optional = ['campaign_id', 'cost_per_contact', 'value_per_conversion'] %}

with experiments as (
    select * from {{ ref('experiments') }}
),

typed as (
    select * from {{ ref('stg_experiments') }}
),

arms as (
    select * from {{ ref('stg_experiment_arms') }}
),

campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

-- Their arms are fixed, so the campaign may hold out customers of its own.
started as (
    select distinct experiment_id
    from {{ ref('stg_contacts') }}
    where experiment_id is not null
),

ids as (
    select
        trim(experiment_id) as experiment_id,
        count(*) as row_count
    from experiments
    group by trim(experiment_id)
),

arm_sums as (
    select
        experiment_id,
        sum(share) as share_sum,
        count(*) - count(distinct arm) as repeated_count,
        max(case when arm = 'treatment' then share end) as treatment_share,
        max(case when arm in ('treatment_holdout', 'control') then share end)
            as base_share,
        max(case when arm = 'control' then share end) as control_share,
        max(case when arm = 'control_holdout' then share end) as control_holdout_share
    from arms
    group by experiment_id
),

metrics as (
    select
        experiment_id,
        {{ each_part('metrics', '|') }} as metric
    from typed
),

problems as (
    select
        experiment_id,
        'the experiment_id is in ' || cast(row_count as {{ dbt.type_string() }})
        || ' rows, expected one' as problem
    from ids
    where row_count > 1
    union all
    select
        experiment_id,
        'experiment_id = ' || coalesce(experiment_id, '')
        || ', expected letters, digits, - and _' as problem
    from ids
    where
        coalesce(experiment_id, '') = ''
        or translate(
            lower(experiment_id), 'abcdefghijklmnopqrstuvwxyz0123456789-_', ''
        ) <> ''
    {% for column, type in experiment_columns().items() if column != 'experiment_id' %}
    union all
    select
        trim(experiments.experiment_id) as experiment_id,
        case
            {{ seed_defect('experiments', 'typed', column, type, minimum.get(column)) }}
            {% if column in ['significance', 'power'] %}
            when typed.{{ column }} >= 1
                then
                    '{{ column }} = ' || experiments.{{ column }}
                    || ', expected less than 1'
            {% elif column == 'layer_to' %}
            when typed.layer_to > 1 or typed.layer_to <= typed.layer_from
                then
                    'layer_to = ' || experiments.layer_to || ', expected more than'
                    || ' layer_from = ' || experiments.layer_from || ' and at most 1'
            {% elif column == 'ends_on' %}
            when typed.ends_on < typed.starts_on
                then
                    'ends_on = ' || experiments.ends_on || ' lies before starts_on = '
                    || experiments.starts_on
            {% endif %}
        end as problem
    from experiments
    inner join typed on trim(experiments.experiment_id) = typed.experiment_id
    {% if column in optional %}
    where coalesce(trim(experiments.{{ column }}), '') <> ''
    {% endif %}
    {% endfor %}
    union all
    select
        typed.experiment_id,
        case
            when campaigns.campaign_id is null
                then 'seeds/campaigns.csv has no campaign ' || typed.campaign_id
            when not campaigns.is_active
                then 'its campaign ' || typed.campaign_id || ' is not active'
            when campaigns.holdout_share > 0 and started.experiment_id is null
                then
                    'its campaign ' || typed.campaign_id || ' holds out a share of its'
                    || ' own: set its holdout_share to 0, the arms have holdouts'
        end as problem
    from typed
    left join campaigns on typed.campaign_id = campaigns.campaign_id
    left join started on typed.experiment_id = started.experiment_id
    where
        typed.is_active
        and typed.campaign_id is not null
    union all
    select
        experiment_id,
        'unknown metric ' || metric
        || ', expected {{ experiment_metrics() | join(", ") }}' as problem
    from metrics
    where metric not in ({{ text_values(experiment_metrics()) }})
    union all
    select
        experiment_id,
        'it names the metric ' || metric || ' twice' as problem
    from metrics
    group by experiment_id, metric
    having count(*) > 1
    union all
    select
        typed.experiment_id,
        'cost_per_contact is named and value_per_conversion is not: expected both, or'
        || ' the metric revenue' as problem
    from typed
    where
        typed.campaign_id is null
        and typed.cost_per_contact is not null
        and typed.value_per_conversion is null
        and '|' || typed.metrics || '|' not like '%|revenue|%'
    union all
    select
        typed.experiment_id,
        case
            when arm_sums.share_sum is null
                then 'seeds/experiment_arms.csv has no arms for it'
            when abs(arm_sums.share_sum - 1) > 0.000001
                then
                    'the shares of its arms add up to '
                    || cast(round(arm_sums.share_sum, 6) as {{ dbt.type_string() }})
                    || ', expected 1'
            when arm_sums.repeated_count > 0
                then 'seeds/experiment_arms.csv has an arm of it twice'
            when coalesce(arm_sums.base_share, 0) = 0
                then
                    'its treatment has no comparison arm, expected'
                    || ' treatment_holdout or control'
            when
                coalesce(arm_sums.control_holdout_share, 0) > 0
                and coalesce(arm_sums.control_share, 0) = 0
                then 'it has a control_holdout without a control'
            when coalesce(arm_sums.treatment_share, 0) = 0
                then 'it has no treatment'
        end as problem
    from typed
    left join arm_sums on typed.experiment_id = arm_sums.experiment_id
    union all
    select
        arms.experiment_id,
        case
            when typed.experiment_id is null
                then 'a row of seeds/experiment_arms.csv names it, and there is none'
            when arms.arm not in ({{ text_values(experiment_arms()) }})
                then
                    'unknown arm ' || arms.arm
                    || ', expected {{ experiment_arms() | join(", ") }}'
            when arms.share is null or arms.share <= 0 or arms.share > 1
                then
                    'the share of ' || arms.arm || ' is '
                    || coalesce(
                        cast(arms.share as {{ dbt.type_string() }}), 'no number'
                    )
                    || ', expected more than 0 and at most 1'
        end as problem
    from arms
    left join typed on arms.experiment_id = typed.experiment_id
    union all
    select
        one.experiment_id,
        'it shares the part from '
        || cast(greatest(one.layer_from, other.layer_from) as {{ dbt.type_string() }})
        || ' of layer ' || one.layer || ' with ' || other.experiment_id
        || ', which runs at the same time' as problem
    from typed as one
    inner join typed as other
        on
            one.layer = other.layer
            and one.experiment_id < other.experiment_id
            and one.layer_from < other.layer_to
            and one.layer_to > other.layer_from
            -- Until the last window has ended.
            and one.starts_on
            <= cast(other.ends_on as timestamp)
            + interval '1' day * other.attribution_days
            and other.starts_on
            <= cast(one.ends_on as timestamp)
            + interval '1' day * one.attribution_days
    where
        one.is_active
        and other.is_active
        and one.campaign_id is not null
        and other.campaign_id is not null
)

select
    'seeds/experiments.csv, ' || coalesce(experiment_id, '') || ': ' || problem || '.'
        as problem
from problems
where problem is not null
