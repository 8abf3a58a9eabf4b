-- Of a release of format 1, whose only ranking is engagement.
select
    audience,
    'engagement' as ranking,
    null as description,
    true as is_set,
    null as candidate_count,
    null as measured_count,
    null as chosen,
    null as reason
from (values ('customers'), ('known products'), ('new products')) as kinds (audience)
