import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default defineConfig([
  {
    ignores: [
      'labextension/lib/',
      'labextension/ui-tests/node_modules/',
      'labextension/ui-tests/playwright-report/',
      'labextension/ui-tests/test-results/'
    ]
  },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: { globals: globals.node, sourceType: 'commonjs' }
  },
  {
    files: ['labextension/style/*.js'],
    languageOptions: { sourceType: 'module' }
  },
  {
    files: ['labextension/**/*.ts', 'labextension/**/*.tsx'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'interface',
          format: ['PascalCase'],
          custom: { regex: '^I[A-Z]', match: true }
        }
      ],
      // The identifiers of commands live in a namespace all over JupyterLab.
      '@typescript-eslint/no-namespace': 'off',
      // "Place" may be null: that needs a type, not an interface.
      '@typescript-eslint/consistent-type-definitions': 'off',
      curly: 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-arrow-callback': 'error'
    }
  },
  {
    files: ['labextension/src/__tests__/**', 'labextension/ui-tests/**'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      'no-console': 'off'
    }
  },
  {
    files: ['labextension/src/__tests__/*.js'],
    languageOptions: { globals: globals.node, sourceType: 'commonjs' }
  },
  prettier
]);
