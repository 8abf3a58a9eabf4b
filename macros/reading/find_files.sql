{# The files that a path or pattern finds, by name; hidden files only if it names them. #}
{% macro find_files(path) %}
    {% set files = [] %}
    {% for file in matching_files(path) %}
        {% if path.split('/')[-1].startswith('.') or not file.split('/')[-1].startswith('.') %}
            {% do files.append(file) %}
        {% endif %}
    {% endfor %}
    {% for file in files if target.type == 'spark' and file.split('/')[-1].startswith('_') %}
        {{ exceptions.raise_compiler_error(
            file ~ ' begins with _, and Spark passes over such files: rename it.'
        ) }}
    {% endfor %}
    {% if not files %}
        {{ exceptions.raise_compiler_error(
            'No log at ' ~ path ~ ': expected a CSV or Parquet file, or a pattern such as '
            ~ 'folder/*.csv. Give its path as `audience build --log ...` or as the variable `log`.'
        ) }}
    {% endif %}
    {{ return(files) }}
{% endmacro %}
