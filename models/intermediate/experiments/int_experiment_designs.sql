with experiments as (
    select * from {{ ref('stg_experiments') }}
    where is_active
),

campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

arms as (
    select * from {{ ref('stg_experiment_arms') }}
),

shares as (
    select
        experiment_id,
        {% for arm in experiment_arms() %}
        coalesce(max(case when arm = '{{ arm }}' then share end), 0) as {{ arm }}_share,
        {% endfor %}
        count(*) as arm_count
    from arms
    group by experiment_id
),

-- What it does not say of money, its campaign does.
final as (
    select
        {% set named = ['cost_per_contact', 'value_per_conversion'] %}
        {% for column in experiment_columns() if column not in named %}
        experiments.{{ column }},
        {% endfor %}
        {% for arm in experiment_arms() %}
        coalesce(shares.{{ arm }}_share, 0) as {{ arm }}_share,
        {% endfor %}
        coalesce(experiments.cost_per_contact, campaigns.cost_per_contact)
            as cost_per_contact,
        coalesce(experiments.value_per_conversion, campaigns.value_per_conversion)
            as value_per_conversion,
        case
            when '|' || experiments.metrics || '|' like '%|revenue|%' then 'revenue'
            else 'conversion'
        end as money_metric
    from experiments
    left join shares on experiments.experiment_id = shares.experiment_id
    left join campaigns on experiments.campaign_id = campaigns.campaign_id
)

select * from final
