{#
    A whole number of less than 32 bits out of a customer, a product and a decimal: for a sum
    over all pairs that tells logs apart, whichever engine adds it up.
#}
{% macro pair_hash(customer, product, decimal) -%}
    {%- set prime = 2147483647 -%}
    {%- set keys = [] -%}
    {%- for id in [customer, product] -%}
        {%- do keys.append(
            '(' ~ (id if id_type() == 'bigint' else hash_number(id)) ~ ' % ' ~ prime ~ ')'
        ) -%}
    {%- endfor -%}
    {%- set first = '((' ~ keys[0] ~ ' * 48271 + ' ~ keys[1] ~ ') % ' ~ prime ~ ')' -%}
    {%- set second = '((' ~ first ~ ' * ' ~ first ~ ' + 3 * ' ~ keys[0]
        ~ ' + cast(' ~ decimal ~ ' * 1000000 as bigint) % ' ~ prime ~ ') % ' ~ prime ~ ')' -%}
    ({{ second }} * {{ second }} + {{ keys[1] }}) % {{ prime }}
{%- endmacro %}
