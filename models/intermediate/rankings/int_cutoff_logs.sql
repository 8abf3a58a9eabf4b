{#
    What a program learns lists from, at each cutoff: the pairs, those that audiences exclude,
    and the length of a list. Stored lists belong to a cutoff if its fingerprint is theirs.
#}
{{ config(materialized='view') }}

with pairs as (
    select
        origin,
        is_excluded,
        {{ pair_hash('customer_id', 'product_id', 'event_weight_sum') }} as pair_hash
    from {{ ref('int_cutoff_pairs') }}
),

final as (
    select
        origin,
        {{ list_depth() }} as place_count,
        cast(sum(pair_hash) as {{ dbt.type_string() }}) || '-'
        || cast(
            sum(case when is_excluded then pair_hash else 0 end)
            as {{ dbt.type_string() }}
        ) || '-{{ list_depth() }}' as log_fingerprint
    from pairs
    group by origin
)

select * from final
