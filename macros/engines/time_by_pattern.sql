{# The UTC time of a text, by a strptime pattern; null if it is none. #}
{% macro time_by_pattern(text, pattern) -%}
    {%- if target.type == 'spark' -%}
    {#- Numbers may have fewer digits, except where nothing else divides them. -#}
    {%- set width = 2 if modules.re.search('%[a-zA-Z]%[a-zA-Z]', pattern) else 1 -%}
    {%- set letters = {
        'Y': 'yyyy', 'y': 'yy', 'm': 'M' * width, 'd': 'd' * width, 'H': 'H' * width,
        'I': 'h' * width, 'M': 'm' * width, 'S': 's' * width, 'f': 'SSSSSS', 'b': 'MMM',
        'B': 'MMMM', 'a': 'EEE', 'A': 'EEEE', 'p': 'a', 'z': 'XX', '%': '%',
    } -%}
    {%- set parts = [] -%}
    {%- for part in modules.re.findall('%.|[^%]+', pattern) -%}
        {%- if part[0] != '%' -%}
            {%- do parts.append(modules.re.sub('([a-zA-Z]+)', "'\\1'", part)) -%}
        {%- elif part[1] in letters -%}
            {%- do parts.append(letters[part[1]]) -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error(
                'Setting time_format = ' ~ pattern ~ ': expected on Spark only %'
                ~ letters | join(', %') ~ '. Correct it in the mapping file or in --vars.'
            ) }}
        {%- endif -%}
    {%- endfor -%}
    try_to_timestamp({{ text }}, {{ text_literal(parts | join('')) }})
    {%- else -%}
    timezone('UTC', cast(try_strptime(
            {{ text }},
            {{ text_literal(pattern) }}
        ) as timestamptz))
    {%- endif -%}
{%- endmacro %}
