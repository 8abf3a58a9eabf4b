{# Lists now, that is at cutoff 0, of the rankings that serve only. #}
with served_rankings as (
    select distinct ranking from {{ ref('int_served_rankings') }}
),

{{ ranked_lists('is_now', var('top_n'), served=true) }}

select
    listed.origin,
    cast(listed.ranking as {{ dbt.type_string() }}) as ranking,
    cast(listed.product_id as {{ id_type() }}) as product_id,
    cast(listed.customer_id as {{ id_type() }}) as customer_id,
    cast(listed.place as bigint) as place,
    cast(listed.score as double) as score
from listed
inner join served_rankings on listed.ranking = served_rankings.ranking
