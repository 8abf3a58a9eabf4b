{#
    Columns that the paths of files give, from folders called `name=value`: only what the files
    lack, so that a folder never replaces what a file says.

    Args:
        input: what describe_input says, without its columns.
        file_columns: the columns of the files.

    Returns:
        By name: `key`, the name in the paths; `type`; and `files`, the files that lack a
        column of this name while others have it; none where no file has it.
#}
{% macro path_columns(input, file_columns) %}
    {% set ours = {} %}
    {% for name in file_columns %}{% do ours.update({name | lower: name}) %}{% endfor %}
    {% set added = {} %}
    {% for key, type in path_keys(input.files).items() %}
        {% set name = ours.get(key | lower) %}
        {% if name is none %}
            {% do added.update({key: {'key': key, 'type': type, 'files': none}}) %}
        {% elif input.format == 'parquet' and target.type != 'spark' %}
            {% set lacking = run_query(
                'select file_name from parquet_schema(' ~ file_list(input.files) ~ ')'
                ~ ' group by file_name having not bool_or(lower(name) = '
                ~ text_literal(key | lower) ~ ')'
            ).columns[0].values() | list %}
            {% set column = {'key': key, 'type': file_columns[name], 'files': lacking} %}
            {% if lacking %}{% do added.update({name: column}) %}{% endif %}
        {% endif %}
    {% endfor %}
    {{ return(added) }}
{% endmacro %}


{#
    Names in the folders `name=value` of paths, with the type of their values. DuckDB names
    only those that all paths have, and looks into no file for it.
#}
{% macro path_keys(files) %}
    {% set keys = {} %}
    {% for file in files if '=' in file %}
        {% for key, value in modules.re.findall('([^/=]+)=([^/]*)/', file) %}
            {% do keys.setdefault(key, []).append(value) %}
        {% endfor %}
    {% endfor %}
    {% if not keys %}{{ return({}) }}{% endif %}
    {% set types = {} %}
    {% if target.type == 'spark' %}
        {% for key, values in keys.items() if values | length == files | length %}
            {% set text = values | join('/') %}
            {% do types.update({key:
                'BIGINT' if modules.re.fullmatch('((0|[1-9]\\d{0,17})(/|$))+', text)
                else 'DATE' if modules.re.fullmatch('(\\d{4}-\\d\\d-\\d\\d(/|$))+', text)
                else 'VARCHAR'
            }) %}
        {% endfor %}
        {{ return(types) }}
    {% endif %}
    {% set described = run_query(
        'describe select * from read_csv(' ~ file_list(files)
        ~ ", auto_detect = false, columns = {'_of_a_file': 'VARCHAR'})"
    ) %}
    {% for column in described.rows if column[0] != '_of_a_file' %}
        {% do types.update({column[0]: column[1] | upper}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}
