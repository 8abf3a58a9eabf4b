with rows_of_inputs as (
    {% for input in [
        'contacts',
        'customer_attributes',
        'experiment_units',
        'product_attributes',
        'suppressions',
    ] %}
    select
        '{{ input }}' as input,
        outcome,
        reason,
        input_file,
        line_number,
        original_text
    from {{ ref('stg_' ~ input) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from rows_of_inputs
