{{ config(tags=['evidence']) }}

with {{ ranked_lists('not is_now', [list_sizes() | max, var('top_n')] | max) }}

select
    origin,
    cast(ranking as {{ dbt.type_string() }}) as ranking,
    cast(product_id as {{ id_type() }}) as product_id,
    cast(customer_id as {{ id_type() }}) as customer_id,
    cast(place as bigint) as place,
    cast(score as double) as score
from listed
