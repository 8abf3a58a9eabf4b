-- The weekdays on which no list of a channel may contact customers; null is no channel.
select distinct unnest(string_split(quiet_weekdays, '|')) as weekday
from main.channel_rules
where channel in ('all', cast($channel as text))
order by weekday
