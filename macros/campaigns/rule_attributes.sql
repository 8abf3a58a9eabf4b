{#
    Attributes that a rule may name, with the SQL of their values: columns of `customers` or
    `products`, and of the table of attributes. If both have a name, the table of attributes
    counts.

    Args:
        subject: customer or product.
        mart, table: relations with the values.
#}
{% macro rule_attributes(subject, mart, table) %}
    {% set attributes = {} %}
    {% for column in mart_attributes(subject) %}
        {% do attributes.update({column: mart ~ '.' ~ column}) %}
    {% endfor %}
    {% for column in attribute_columns(describe_input(subject ~ '_attributes')) %}
        {% do attributes.update({column: table ~ '.attribute_' ~ loop.index}) %}
    {% endfor %}
    {{ return(attributes) }}
{% endmacro %}


{% macro mart_attributes(subject) %}
    {{ return({
        'customer': [
            'customer_id', 'engagement_rank', 'engagement_score', 'first_interaction_at',
            'last_interaction_at',
        ] + (engagement_features() | list),
        'product': [
            'product_id', 'interaction_count', 'customer_count', 'first_interaction_at',
            'last_interaction_at',
        ] + counted_event_columns(),
    }[subject]) }}
{% endmacro %}


{% macro counted_event_columns() %}
    {% set columns = [] %}
    {% for event in counted_events() %}{% do columns.append(event ~ '_count') %}{% endfor %}
    {{ return(columns) }}
{% endmacro %}


{# The operators of a rule. #}
{% macro rule_operators() %}
    {{ return(['equals', 'in', 'between', 'at_least', 'is_null']) }}
{% endmacro %}


{# A value for comparison: decimals lose trailing zeros, other values stay as they are. #}
{% macro comparable(value) -%}
    case
        when {{ matches(value, '[+-]?\\d+\\.\\d+') }}
            then {{ replaced(value, '\\.?0+$', '') }}
        else {{ value }}
    end
{%- endmacro %}
