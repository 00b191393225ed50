import * as React from 'react';
import { Button } from './actions';

/** Something that can be done about a message. */
export interface IMessageAction {
  readonly label: string;
  readonly act: () => void;
}

/** A sentence with, below it, the server's own words and what can be done. */
export function Message(props: {
  kind: 'idle' | 'notice' | 'error';
  text: string;
  detail?: string | null;
  /** The first is the one that most people want. */
  actions?: readonly IMessageAction[];
}): React.JSX.Element {
  const { actions = [] } = props;
  return (
    <div className="jp-CellOrder-message" data-kind={props.kind}>
      <p>{props.text}</p>
      {props.detail && <p data-tone="advice">{props.detail}</p>}
      {actions.length > 0 && (
        <div className="jp-CellOrder-actions">
          {actions.map(({ label, act }, place) => (
            <Button
              key={label}
              label={label}
              main={place === 0}
              onClick={act}
            />
          ))}
        </div>
      )}
    </div>
  );
}
