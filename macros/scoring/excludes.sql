{#
    Whether a customer-product pair keeps the customer out of the product's audience: the
    variable `exclude` says any interaction, a purchase, or nothing.
#}
{% macro excludes(pairs) -%}
    {%- if var('exclude') == 'any' -%}
        true
    {%- elif var('exclude') == 'purchased' -%}
        {{ pairs }}.purchased_count > 0
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
