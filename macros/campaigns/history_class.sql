{#
    How much is known of a customer, as a class: by the number of interactions.
    int_class_responses lists the classes.
#}
{% macro history_class(interactions) -%}
    case
                when {{ interactions }} <= 1 then '1 interaction'
                when {{ interactions }} <= 4 then '2 to 4 interactions'
                else '5 or more interactions'
            end
{%- endmacro %}
