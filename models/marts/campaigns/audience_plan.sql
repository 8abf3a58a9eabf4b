{#
    The log shows purchases that come anyway; only an experiment shows what a contact adds.
    Without one the plan says how much it would have to add.
#}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

windows as (
    select * from {{ ref('int_response_windows') }}
    where window_number = 1
),

responses as (
    select * from {{ ref('int_campaign_responses') }}
),

-- No size is planned beyond the customers that the campaign may contact.
suitable as (
    select
        campaign_id,
        count(*) as customer_count
    from {{ ref('int_campaign_customers') }}
    group by campaign_id
),

places as (
    select
        campaign_id,
        customer_id
    from {{ ref('int_campaign_placements') }}
    union all
    select
        campaign_id,
        customer_id
    from {{ ref('int_campaign_contacts') }}
    where is_own
),

-- A customer contacted about ten products is ten costs and one buyer.
contact_rates as (
    select
        campaign_id,
        cast(count(*) as double) / count(distinct customer_id) as contacts_per_customer
    from places
    group by campaign_id
),

experiments as (
    select * from {{ ref('int_campaign_experiments') }}
),

sized as (
    select
        campaigns.campaign_id,
        campaigns.cost_per_contact,
        campaigns.value_per_conversion,
        campaigns.response_days,
        windows.starts_at,
        windows.ends_at,
        responses.window_number,
        responses.audience_size,
        responses.responders,
        responses.customer_count,
        responses.all_responders,
        experiments.experiment_id,
        experiments.attribution_days,
        experiments.lift,
        experiments.lift_low,
        experiments.lift_high,
        experiments.unit_count,
        experiments.base_unit_count,
        coalesce(contact_rates.contacts_per_customer, 1) as contacts_per_customer,
        case
            when experiments.experiment_id is null then 'none'
            when not experiments.has_window_of_campaign then 'other window'
            when experiments.lift_low is null or experiments.lift_high is null
                then 'not measurable'
            when
                responses.audience_size
                > experiments.unit_count + experiments.base_unit_count
                then 'too large'
            else 'measured'
        end as measurement
    from campaigns
    inner join windows on campaigns.campaign_id = windows.campaign_id
    inner join suitable on campaigns.campaign_id = suitable.campaign_id
    inner join responses
        on
            campaigns.campaign_id = responses.campaign_id
            and suitable.customer_count >= responses.audience_size
    left join contact_rates on campaigns.campaign_id = contact_rates.campaign_id
    left join experiments on campaigns.campaign_id = experiments.campaign_id
),

priced as (
    select
        *,
        audience_size * contacts_per_customer * cost_per_contact as cost
    from sized
),

-- A size is chosen on the earlier windows and valued on the last one: the best of
-- several noisy values would be too good.
earlier_profits as (
    select
        campaign_id,
        audience_size,
        count(*) as window_count,
        avg(
            least(responders * lift, audience_size - responders) * value_per_conversion
            - cost
        ) as profit
    from priced
    where
        window_number > 1
        and measurement = 'measured'
    group by campaign_id, audience_size
),

-- A size that an earlier window did not have cannot be compared.
chosen as (
    select
        campaign_id,
        audience_size,
        row_number() over (
            partition by campaign_id
            order by window_count desc, profit desc, audience_size asc
        ) as choice
    from earlier_profits
),

rates as (
    select
        *,
        {{ share('responders', 'audience_size') }} as response_rate,
        {{ share('all_responders', 'customer_count') }} as base_rate,
        {{ share('responders', 'all_responders') }} as cumulative_gain,
        {% for bound in ['low', 'high'] %}
        {{ wilson_interval(bound, 'responders', 'audience_size') }}
            as response_rate_{{ bound }},
        {{ wilson_interval(bound, 'all_responders', 'customer_count') }}
            as base_rate_{{ bound }},
        {% endfor %}
        cost / nullif(audience_size * value_per_conversion, 0) as break_even_effect
    from priced
    where window_number = 1
),

-- The product of two measured quantities, each with its interval: the distances to
-- their bounds add up as squares (Zou and Donner 2008, doi:10.1002/sim.3095).
gained as (
    select
        *,
        audience_size * value_per_conversion as value_of_all,
        response_rate * lift as gain,
        response_rate * lift - sqrt(
            power(response_rate * (lift - lift_low), 2)
            + power(
                lift * (
                    response_rate
                    - case
                        when lift >= 0 then response_rate_low
                        else response_rate_high
                    end
                ), 2
            )
        ) as gain_low,
        response_rate * lift + sqrt(
            power(response_rate * (lift_high - lift), 2)
            + power(
                lift * (
                    response_rate
                    - case
                        when lift >= 0 then response_rate_high
                        else response_rate_low
                    end
                ), 2
            )
        ) as gain_high
    from rates
),

-- The lift may have been measured where fewer buy anyway; no more than all can buy.
effects as (
    select
        {% for end in ['', '_low', '_high'] %}
        case
            when gained.gain{{ end }} is not null
                then least(gained.gain{{ end }}, 1 - gained.response_rate)
        end as effect{{ end }},
        {% endfor %}
        gained.*
    from gained
),

valued as (
    select
        effects.*,
        effects.measurement = 'measured' as is_measured,
        effects.effect * effects.audience_size as conversions,
        {% for end in ['', '_low', '_high'] %}
        effects.effect{{ end }} * effects.value_of_all as revenue{{ end }},
        {% endfor %}
        coalesce(chosen.choice = 1, false) as is_chosen
    from effects
    left join chosen
        on
            effects.campaign_id = chosen.campaign_id
            and effects.audience_size = chosen.audience_size
),

explained as (
    select
        *,
        case measurement
            when 'measured'
                then
                    'Experiment ' || experiment_id || ': '
                    || {{ whole_number_text('unit_count') }}
                    || ' contacted customers, the first by the ranking, bought '
                    || {{ percent_text('abs(lift)') }}
                    || case when lift < 0 then ' less' else ' more' end
                    || ' often (a lift of ' || {{ percent_text('lift_low') }} || ' to '
                    || {{ percent_text('lift_high') }} || ') than '
                    || {{ whole_number_text('base_unit_count') }}
                    || ' customers held out, each contacted about one product. The plan'
                    || ' assumes the same percentage here.'
            when 'none'
                then
                    'No valid, finished experiment of this campaign has measured what a'
                    || ' contact adds.'
            when 'other window'
                then
                    'Experiment ' || experiment_id || ' counted conversions within '
                    || {{ counted('attribution_days', 'day') }}
                    || ', this campaign has response_days = '
                    || {{ whole_number_text('response_days') }}
                    || ': set it to the same number to use the result.'
            when 'not measurable'
                then
                    'Experiment ' || experiment_id || ' had too few conversions to say'
                    || ' what a contact adds.'
            else
                'Experiment ' || experiment_id || ' measured '
                || {{ counted('(unit_count + base_unit_count)', 'customer') }}
                || '. What a contact adds for more was not measured.'
        end as explanation
    from valued
),

-- Rounded, so that the order of summation does not change amounts.
final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(audience_size as bigint) as audience_size,
        is_measured and is_chosen and revenue_low > cost as is_best,
        cast(
            case when is_measured then 'experiment' else 'break-even' end
            as {{ dbt.type_string() }}
        ) as basis,
        cast(explanation as {{ dbt.type_string() }}) as explanation,
        cast(response_days as bigint) as response_days,
        cast(starts_at as timestamp) as measured_from,
        cast(ends_at as timestamp) as measured_to,
        {% for end in ['', '_low', '_high'] %}
        cast(base_rate{{ end }} as double) as base_rate{{ end }},
        cast(response_rate{{ end }} as double) as response_rate{{ end }},
        cast(
            case when is_measured then round(effect{{ end }}, 12) end as double
        ) as effect{{ end }},
        cast(
            case when is_measured then round(revenue{{ end }} - cost, 6) end as double
        ) as profit{{ end }},
        {% endfor %}
        cast(cumulative_gain as double) as cumulative_gain,
        cast(round(contacts_per_customer, 6) as double) as contacts_per_customer,
        cast(round(break_even_effect, 12) as double) as break_even_effect,
        cast(
            case when is_measured then experiment_id end as {{ dbt.type_string() }}
        ) as experiment_id,
        cast(
            case when is_measured then round(conversions, 9) end as double
        ) as conversions,
        cast(round(cost, 6) as double) as cost,
        cast(case when is_measured then round(revenue, 6) end as double) as revenue,
        cast(
            case when is_measured then round((revenue - cost) / nullif(cost, 0), 9) end
            as double
        ) as return_on_investment,
        cast(
            case
                when is_measured and conversions > 0
                    then round(cost / conversions, 6)
            end as double
        ) as cost_per_conversion
    from explained
)

select * from final
