with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

classes as (
    select
        campaign_id,
        score_class,
        history_class,
        count(*) as customer_count
    from {{ ref('int_campaign_classes') }}
    where window_number = 0
    group by campaign_id, score_class, history_class
),

responses as (
    select * from {{ ref('int_class_responses') }}
),

effects as (
    select * from {{ ref('int_class_effects') }}
),

final as (
    select
        classes.*,
        responses.purchase_probability,
        responses.purchase_probability_low,
        responses.purchase_probability_high,
        responses.taught_customers,
        responses.checked_customers,
        responses.checked_buyers,
        effects.experiment_id,
        effects.contacted_units,
        effects.held_out_units,
        effects.incremental_probability,
        effects.incremental_probability_low,
        effects.incremental_probability_high,
        {% for end in ['', '_low', '_high'] %}
        effects.incremental_probability{{ end }} * campaigns.value_per_conversion
        - campaigns.cost_per_contact as expected_profit{{ end }},
        {% endfor %}
        campaigns.cost_per_contact
    from classes
    inner join campaigns on classes.campaign_id = campaigns.campaign_id
    left join responses
        on
            classes.campaign_id = responses.campaign_id
            and classes.score_class = responses.score_class
            and classes.history_class = responses.history_class
    left join effects
        on
            classes.campaign_id = effects.campaign_id
            and classes.score_class = effects.score_class
            and (
                classes.history_class = effects.history_class
                or effects.history_class = 'any'
            )
)

select * from final
