{#
    Whether a customer-product pair excludes the customer from the product's audience. The
    setting `exclude` says whether any interaction does, a purchase, or nothing.
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
