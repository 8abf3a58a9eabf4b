{#
    Attributes that a rule may name, with the SQL of their values: columns of `customers` or
    `products`, and of the table of attributes. If both have a name, the table of attributes
    counts.

    Args:
        subject: customer or product.
        mart, table: relations with the values.
#}
{% macro rule_attributes(subject, mart, table) %}
    {% set columns = {
        'customer': [
            'customer_id', 'engagement_rank', 'engagement_score', 'first_interaction_at',
            'last_interaction_at',
        ] + (engagement_features() | list),
        'product': [
            'product_id', 'interaction_count', 'customer_count', 'first_interaction_at',
            'last_interaction_at',
        ],
    }[subject] %}
    {% for event in counted_events() if subject == 'product' %}
        {% do columns.append(event ~ '_count') %}
    {% endfor %}
    {% set attributes = {} %}
    {% for column in columns %}
        {% do attributes.update({column: mart ~ '.' ~ column}) %}
    {% endfor %}
    {% for column in attribute_columns(describe_input(subject ~ '_attributes')) %}
        {% do attributes.update({column: table ~ '.attribute_' ~ loop.index}) %}
    {% endfor %}
    {{ return(attributes) }}
{% endmacro %}


{# A value for comparison: decimals lose trailing zeros, other values stay as they are. #}
{% macro comparable(value) -%}
    case
        when {{ matches(value, '[+-]?\\d+\\.\\d+') }}
            then {{ replaced(value, '\\.?0+$', '') }}
        else {{ value }}
    end
{%- endmacro %}
