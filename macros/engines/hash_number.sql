{#
    A pseudorandom whole number from 0 to 2^28 - 1, out of a text by MD5: the same on every run
    and every engine. `which` gives up to four independent ones.
#}
{% macro hash_number(text, which=0) -%}
    {%- set digits = 'substring(md5(' ~ text ~ '), ' ~ (1 + 7 * which) ~ ', 7)' -%}
    {%- if target.type == 'spark' -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
    {%- else -%}
    cast('0x' || {{ digits }} as bigint)
    {%- endif -%}
{%- endmacro %}
