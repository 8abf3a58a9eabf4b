-- Every row of seeds/channels.csv has the required values, each of them valid.
{% set minimum = {'frequency_cap': 1, 'cap_days': 1, 'minimum_gap_days': 1} %}
{% set needs = {'frequency_cap': 'cap_days', 'cap_days': 'frequency_cap'} %}
{% set weekdays = [
    'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'
] %}

with channels as (
    select
        *,
        lower(trim(channel)) as channel_id
    from {{ ref('channels') }}
),

typed as (
    select * from {{ ref('stg_channels') }}
),

ids as (
    select
        channel_id,
        count(*) as row_count
    from channels
    group by channel_id
),

quiet as (
    select
        channel,
        {{ each_part('quiet_weekdays', '|') }} as day_name
    from typed
    where quiet_weekdays is not null
),

problems as (
    select
        channel_id,
        'the channel is in ' || cast(row_count as {{ dbt.type_string() }})
        || ' rows, expected one' as problem
    from ids
    where row_count > 1
    union all
    select
        channel_id,
        'channel = ' || coalesce(channel_id, '')
        || ', expected letters, digits, - and _, or all' as problem
    from ids
    where
        coalesce(channel_id, '') = ''
        or translate(channel_id, 'abcdefghijklmnopqrstuvwxyz0123456789-_', '') <> ''
    {% for column in minimum %}
    union all
    select
        channels.channel_id,
        case
            {{ seed_defect('channels', 'typed', column, 'bigint', minimum[column]) }}
            {% if column in needs %}
            when coalesce(trim(channels.{{ needs[column] }}), '') = ''
                then
                    '{{ column }} = ' || channels.{{ column }}
                    || ', but {{ needs[column] }} is empty: a cap needs both'
            {% endif %}
        end as problem
    from channels
    inner join typed on channels.channel_id = typed.channel
    where coalesce(trim(channels.{{ column }}), '') <> ''
    {% endfor %}
    union all
    select
        channel as channel_id,
        'quiet_weekdays has the day ' || day_name
        || ', expected {{ weekdays | join(", ") }}, separated by |' as problem
    from quiet
    where day_name not in ({{ text_values(weekdays) }})
    union all
    select
        channel as channel_id,
        'quiet_weekdays has every day of the week: no contact could be made' as problem
    from quiet
    where day_name in ({{ text_values(weekdays) }})
    group by channel
    having count(distinct day_name) = {{ weekdays | length }}
)

select
    'seeds/channels.csv, ' || coalesce(nullif(channel_id, ''), 'a row without a name')
    || ': ' || problem || '.' as problem
from problems
where problem is not null
