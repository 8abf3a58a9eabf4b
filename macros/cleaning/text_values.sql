{# Texts as the inside of a SQL list, one per line: `in ({{ text_values(names) }})`. #}
{% macro text_values(texts) %}
    {% set quoted = [] %}
    {% for text in texts %}
        {% do quoted.append(text_literal(text)) %}
    {% endfor %}
    {{ return(quoted | join(',\n        ')) }}
{% endmacro %}
