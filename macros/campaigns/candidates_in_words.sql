{# In words: the customers that a campaign may contact, before its rules. #}
{% macro candidates_in_words(campaigns) -%}
    {%- set days = "coalesce(' in the last ' || cast(" ~ campaigns ~ ".%s as "
        ~ dbt.type_string() ~ ") || ' days', '')" -%}
    coalesce(
                'Customers with the event ' || {{ campaigns }}.required_event
                || ' on the product' || {{ days % 'required_within_days' }},
                'Customers by engagement'
            )
            || coalesce(
                ', seen in the last '
                || cast({{ campaigns }}.active_within_days as {{ dbt.type_string() }}) || ' days',
                ''
            )
            || case {{ campaigns }}.exclude
                when 'any'
                    then
                        ', without any interaction with the product'
                        || {{ days % 'exclude_within_days' }}
                when 'purchased'
                    then ', who did not buy the product' || {{ days % 'exclude_within_days' }}
                else ''
            end
            || coalesce(
                ', each for at most '
                || {{ counted(campaigns ~ '.frequency_cap', 'product') }},
                ''
            )
{%- endmacro %}
