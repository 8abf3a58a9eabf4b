{# How much is known of a customer, as a class: by the number of interactions. #}
{% macro history_classes() -%}
    {{ return(['1 interaction', '2 to 4 interactions', '5 or more interactions']) }}
{%- endmacro %}


{% macro history_class(interactions) -%}
    case
                when {{ interactions }} <= 1 then '{{ history_classes()[0] }}'
                when {{ interactions }} <= 4 then '{{ history_classes()[1] }}'
                else '{{ history_classes()[2] }}'
            end
{%- endmacro %}
