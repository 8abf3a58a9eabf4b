-- In a release made before rankings could be chosen.
select
    audience,
    'engagement' as ranking,
    null as description,
    true as is_set,
    null as candidate_count,
    null as told_count,
    null as chosen,
    null as reason
from (values ('customers'), ('known products'), ('new products')) as kinds (audience)
