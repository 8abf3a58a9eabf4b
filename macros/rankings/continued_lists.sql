{#
    What follows the customers with a signal where they are fewer than a list has places:
    customers by activity. A part of ranked_lists; ends in the relation `continued`.
#}
{% macro continued_lists() %}
continued as (
    select
        short_lists.origin,
        short_lists.ranking,
        short_lists.product_id,
        first_outside.customer_id,
        cast(null as double) as score,
        short_lists.signal_count + row_number() over (
            partition by
                short_lists.origin, short_lists.ranking, short_lists.product_id
            order by first_outside.place
        ) as place
    from short_lists
    inner join first_outside
        on
            first_outside.ranking = 'activity'
            and short_lists.origin = first_outside.origin
            and short_lists.product_id = first_outside.product_id
    left join with_signal
        on
            short_lists.origin = with_signal.origin
            and short_lists.ranking = with_signal.ranking
            and short_lists.product_id = with_signal.product_id
            and first_outside.customer_id = with_signal.customer_id
    where with_signal.customer_id is null
)
{% endmacro %}
