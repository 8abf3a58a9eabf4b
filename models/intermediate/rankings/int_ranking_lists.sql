{{ config(tags=['evidence']) }}

with {{ ranked_lists('not is_now') }}

select
    origin,
    cast(ranking as {{ dbt.type_string() }}) as ranking,
    product_id,
    customer_id,
    cast(place as bigint) as place,
    score
from listed
