{# A sentence that says how many groups of rows a query finds, if any; of one and of several. #}
{% macro check_of_groups(query, table, finding_of_one, finding) %}
select
    concat(
        {{ text_literal(table ~ ': ') }},
        cast(count(*) as {{ dbt.type_string() }}),
        case count(*)
            when 1
                then {{ text_literal(' ' ~ finding_of_one ~ '. Find it with: ' ~ query) }}
            else {{ text_literal(' ' ~ finding ~ '. Find them with: ' ~ query) }}
        end
    ) as problem
from ({{ query }}) as found_groups
having count(*) > 0
{% endmacro %}
