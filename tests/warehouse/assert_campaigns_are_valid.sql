-- Every row of seeds/campaigns.csv has the required values, each of them valid.
{% set minimum = {
    'audience_size': 1, 'frequency_cap': 1, 'product_limit': 1, 'active_within_days': 0,
    'required_within_days': 0, 'exclude_within_days': 0, 'cost_per_contact': 0,
    'value_per_conversion': 0, 'holdout_share': 0, 'response_days': 1, 'priority': 1,
    'exploration_share': 0, 'diversity_weight': 0, 'coverage_weight': 0,
} %}
{% set optional = [
    'frequency_cap', 'product_limit', 'active_within_days', 'required_event',
    'required_within_days', 'exclude_within_days', 'response_days', 'priority', 'channel',
    'objective', 'exploration_share', 'diversity_weight', 'coverage_weight',
] %}
{# The mean of the purchases of the log stands for it. #}
{% set has_amounts = input_settings('log').amounts != [] %}
{% if has_amounts %}{% do optional.append('value_per_conversion') %}{% endif %}

with campaigns as (
    select * from {{ ref('campaigns') }}
),

typed as (
    select * from {{ ref('stg_campaigns') }}
),

-- Events of the log, and those that have a weight: another log may have them.
events as (
    select event from {{ ref('event_mix') }}
    union
    select event from {{ ref('stg_event_weights') }}
),

event_names as (
    select {{ joined_texts('event', ', ', 'event') }} as event_names
    from events
),

ids as (
    select
        trim(campaign_id) as campaign_id,
        count(*) as row_count
    from campaigns
    group by trim(campaign_id)
),

problems as (
    select
        ids.campaign_id,
        'the campaign_id is in ' || cast(ids.row_count as {{ dbt.type_string() }})
        || ' rows, expected one' as problem
    from ids
    where ids.row_count > 1
    union all
    select
        campaign_id,
        'campaign_id = ' || coalesce(campaign_id, '')
        || ', expected letters, digits, - and _' as problem
    from ids
    where
        coalesce(campaign_id, '') = ''
        or translate(
            lower(campaign_id), 'abcdefghijklmnopqrstuvwxyz0123456789-_', ''
        ) <> ''
    {% if has_amounts %}
    union all
    select
        campaign_id,
        'value_per_conversion is empty, and no purchase of the log has an amount'
            as problem
    from typed
    where is_active and value_per_conversion is null
    {% endif %}
    {% for column, type in campaign_columns().items() if column != 'campaign_id' %}
    union all
    select
        trim(campaigns.campaign_id) as campaign_id,
        case
            {{ seed_defect('campaigns', 'typed', column, type, minimum.get(column)) }}
            {% if column == 'holdout_share' %}
            when typed.holdout_share >= 1
                then
                    'holdout_share = ' || campaigns.holdout_share
                    || ', expected less than 1: no customer would be contacted'
            {% elif column == 'ends_on' %}
            when typed.ends_on < typed.starts_on
                then
                    'ends_on = ' || campaigns.ends_on || ' lies before starts_on = '
                    || campaigns.starts_on
            {% elif column == 'required_event' %}
            when events.event is null
                then
                    'required_event = ' || campaigns.required_event
                    || ', expected an event of the log: '
                    || coalesce(event_names.event_names, 'it has none')
            when
                (
                    typed.exclude = 'any'
                    or (
                        typed.exclude = 'purchased'
                        and typed.required_event = 'purchased'
                    )
                )
                and (
                    typed.exclude_within_days is null
                    or typed.required_within_days <= typed.exclude_within_days
                )
                then
                    'required_event = ' || campaigns.required_event
                    || ', but exclude = ' || campaigns.exclude
                    || ' excludes every customer who has it'
            {% elif column == 'required_within_days' %}
            when typed.required_event is null
                then
                    'required_within_days = ' || campaigns.required_within_days
                    || ', but there is no required_event'
            {% elif column == 'exclude_within_days' %}
            when typed.exclude = 'none'
                then
                    'exclude_within_days = ' || campaigns.exclude_within_days
                    || ', but exclude = none excludes no customer'
            {% elif column == 'exclude' %}
            when typed.exclude not in ('any', 'purchased', 'none')
                then
                    'exclude = ' || campaigns.exclude
                    || ', expected any, purchased or none'
            {% elif column == 'objective' %}
            when typed.objective not in ('response', 'profit')
                then
                    'objective = ' || campaigns.objective
                    || ', expected response or profit'
            {% elif column in [
                'exploration_share', 'diversity_weight', 'coverage_weight'
            ] %}
            when typed.{{ column }} > 1
                then
                    '{{ column }} = ' || campaigns.{{ column }}
                    || ', expected at most 1'
            {% elif column == 'channel' %}
            when typed.channel = 'all'
                then
                    'channel = ' || campaigns.channel || ', expected the name of one'
                    || ' channel: in seeds/channels.csv, all means every channel'
            when
                translate(
                    typed.channel, 'abcdefghijklmnopqrstuvwxyz0123456789-_', ''
                ) <> ''
                then
                    'channel = ' || campaigns.channel
                    || ', expected letters, digits, - and _'
            {% endif %}
        end as problem
    from campaigns
    inner join typed on trim(campaigns.campaign_id) = typed.campaign_id
    {% if column == 'required_event' %}
    left join events on typed.required_event = events.event
    cross join event_names
    {% endif %}
    {% if column in optional %}
    where coalesce(trim(campaigns.{{ column }}), '') <> ''
    {% endif %}
    {% endfor %}
)

select
    'seeds/campaigns.csv, ' || coalesce(campaign_id, 'a row without a name') || ': '
    || problem || '.' as problem
from problems
where problem is not null
