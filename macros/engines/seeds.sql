{# dbt-spark would load an empty value as the word None, and stop at a quote. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set types = model.config.column_types %}
    {% set rows = [] %}
    {% for row in agate_table.rows %}
        {% set values = [] %}
        {% for name in agate_table.column_names %}
            {% set value = row[name] %}
            {% set type = types.get(name) or adapter.convert_type(agate_table, loop.index0) %}
            {% do values.append(
                'cast(' ~ ('null' if value is none else text_literal(value)) ~ ' as ' ~ type ~ ')'
            ) %}
        {% endfor %}
        {% do rows.append('(' ~ values | join(', ') ~ ')') %}
    {% endfor %}
    {% set sql = 'insert into ' ~ this ~ ' values\n' ~ rows | join(',\n') %}
    {% if rows %}{% do adapter.add_query(sql, abridge_sql_log=True) %}{% endif %}
    {{ return(sql) }}
{% endmacro %}
