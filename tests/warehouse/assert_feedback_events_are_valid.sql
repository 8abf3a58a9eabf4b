-- Each feedback event has an effect that is known.
select
    'seeds/feedback_events.csv, ' || event || ': effect = ' || coalesce(effect, '')
    || ', expected exclude_product, mute_category or opt_out.' as problem
from {{ ref('stg_feedback_events') }}
where coalesce(effect, '') not in ('exclude_product', 'mute_category', 'opt_out')
